def chunks(items, size):
    """The items in lists of `size`."""
    count = len(items) // size
    return [items[n * size : (n + 1) * size] for n in range(count)]
