import unittest

from chunks import chunks


class HiddenTest(unittest.TestCase):
    def test_hidden(self):
        self.assertEqual(chunks([1, 2, 3, 4, 5], 2), [[1, 2], [3, 4], [5]])
        self.assertEqual(chunks([1], 3), [[1]])
        self.assertEqual(chunks([1, 2, 3], 1), [[1], [2], [3]])
        self.assertEqual(chunks([1, 2, 3, 4], 4), [[1, 2, 3, 4]])
        self.assertEqual(chunks([], 2), [])


if __name__ == "__main__":
    unittest.main()
