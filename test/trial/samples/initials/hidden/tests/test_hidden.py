import unittest

from names import initials


class HiddenTest(unittest.TestCase):
    def test_hidden(self):
        self.assertEqual(initials("Ada  Lovelace"), "AL")
        self.assertEqual(initials(" Ada King Lovelace "), "AKL")
        self.assertEqual(initials(""), "")
        self.assertEqual(initials("   "), "")
        self.assertEqual(initials("grace"), "G")


if __name__ == "__main__":
    unittest.main()
