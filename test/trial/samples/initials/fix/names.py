def initials(name):
    """The first letters of a name's words, in capitals: "Ada Lovelace" gives "AL"."""
    letters = [word[0] for word in name.split()]
    return "".join(letters).upper()
