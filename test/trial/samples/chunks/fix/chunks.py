def chunks(items, size):
    """The items in lists of `size`; the last may be shorter."""
    return [items[start : start + size] for start in range(0, len(items), size)]
