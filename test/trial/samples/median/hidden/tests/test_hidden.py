import unittest

from stats import median


class HiddenTest(unittest.TestCase):
    def test_hidden(self):
        self.assertEqual(median([1, 2, 3, 4]), 2.5)
        self.assertEqual(median([10, 2]), 6)
        self.assertEqual(median([4, 1, 3, 2]), 2.5)
        self.assertEqual(median([-1, -3]), -2)
        self.assertEqual(median([5, 1, 9]), 5)
        with self.assertRaises(ValueError):
            median([])


if __name__ == "__main__":
    unittest.main()
