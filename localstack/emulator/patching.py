"""How a function of the emulator is replaced."""


def replace(module, name, make):
    """Puts `make(original)` in the place of `module.name`. Fails where the emulator has no such function."""
    original = getattr(module, name, None)
    if original is None:
        raise SystemExit(f"this MiniStack has no {module.__name__}.{name}: entropy_emulator.py is for 1.5.33")
    setattr(module, name, make(original))
