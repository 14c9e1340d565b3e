import unittest

from names import initials


class InitialsTest(unittest.TestCase):
    def test_two_words(self):
        self.assertEqual(initials("Ada Lovelace"), "AL")

    def test_lower_case(self):
        self.assertEqual(initials("grace hopper"), "GH")


if __name__ == "__main__":
    unittest.main()
