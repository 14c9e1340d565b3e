def median(numbers):
    """The number in the middle of the sorted numbers."""
    if not numbers:
        raise ValueError("median of no numbers")
    ordered = sorted(numbers)
    middle = len(ordered) // 2
    if len(ordered) % 2 == 0:
        return (ordered[middle - 1] + ordered[middle]) / 2
    return ordered[middle]
