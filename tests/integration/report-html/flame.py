# SPDX-License-Identifier: MIT
"""Claims about the flame graph of spans."""

from expected import frames_of, in_bytes

METRICS = ("alloc_bytes", "alloc_count", "bytes_at_total_peak", "live_bytes", "never_freed_bytes")


def _frames(page):
    """{path: (value, width)} of what is drawn, by what lies below what."""
    found = page.run("return [...document.querySelectorAll('.frame')].map((e) => { const b = e.getBoundingClientRect();"
                     "return [e.dataset.name, Number(e.dataset.value), Number(e.ariaLevel), b.left, b.width]; })")
    frames, placed = {}, []
    for name, value, level, left, width in found:
        above = next((path for path, up, l, w in placed
                      if up == level - 1 and l - 0.01 <= left and left + width <= l + w + 0.01), ())
        path = (*above, name)
        placed.append((path, level, left, width))
        frames[path] = (value, width)
    return frames


def widths_are_proportional(page):
    """Report: 30 hostile"""
    page.choose("Below the spans", "none")
    for metric in METRICS:
        page.click(f'#flame [data-value="{metric}"]')
        expected = frames_of(page.report, metric)
        whole = expected[("everything",)]
        stage = page.boxes(".flame")[0][2]
        found = _frames(page)
        wide = {path: value for path, value in expected.items() if value / whole >= 0.0008}
        assert {path: value for path, (value, _) in found.items()} == wide, metric
        for path, (value, width) in found.items():
            assert abs(width - stage * value / whole) < 1, (metric, path, width)
        assert whole == sum(place[metric] for place in page.report["places"])


def leaves_split_their_span(page):
    """Groups, threads and call sites: each sums to the whole."""
    for leaf, key in [("group", "group"), ("thread", "thread"), ("callsite", "callsite")]:
        page.choose("Below the spans", leaf)
        sums = page.run("return Number(document.querySelector('.frame.root').dataset.value)")
        assert sums == page.report["total"]["alloc_bytes"], leaf
        assert page.find_all(f".frame.{key}"), leaf


def a_click_goes_into_a_frame_and_escape_comes_back(page):
    """The frame has all the width, and those above it too."""
    page.choose("Below the spans", "none")
    expected = frames_of(page.report, "alloc_bytes")
    page.click('.frame.span[data-name="request"]')
    stage, found = page.boxes(".flame")[0][2], _frames(page)
    inner = {path: value for path, value in expected.items() if path[:2] == ("everything", "request")}
    assert {path for path in found} == {("everything",), *inner}
    assert abs(found[("everything", "request")][1] - stage) < 1
    parse = ("everything", "request", "parse")
    assert abs(found[parse][1] - stage * expected[parse] / expected[parse[:2]]) < 1
    assert f"everything › request: {in_bytes(expected[parse[:2]])}" in page.text("#flame .hint")
    page.keys('.frame[data-name="request"]', "\ue00c")  # escape
    assert set(_frames(page)) == set(expected)


def keys_walk_the_tree(page):
    """Down to the largest child, right to its neighbour, Enter goes in."""
    page.choose("Below the spans", "none")
    focused = "return document.activeElement.dataset.name"
    page.keys('.frame[tabindex="0"]', "\ue015")  # arrow down
    first = page.run(focused)
    frames = frames_of(page.report, "alloc_bytes")
    children = sorted((path for path in frames if len(path) == 2), key=lambda path: -frames[path])
    assert first == children[0][1]
    page.driver.switch_to.active_element.send_keys("\ue014")  # arrow right
    assert page.run(focused) == children[1][1]
    page.driver.switch_to.active_element.send_keys("\ue007")  # enter
    assert page.run(focused) == children[1][1] and f"everything › {children[1][1]}:" in page.text("#flame .hint")
    assert len(page.find_all('.frame[tabindex="0"]')) == 1


def a_search_says_how_much_was_found(page):
    """Frames below a match are in it already."""
    page.choose("Below the spans", "none")
    page.keys("#flame input", "e")
    frames = frames_of(page.report, "alloc_bytes")
    whole = frames[("everything",)]
    assert f"Found: {in_bytes(whole)}, 100.0 %" in page.text("#flame .hint"), page.text("#flame .hint")
    page.find("#flame input").clear()
    page.keys("#flame input", "PARSE")
    found = sum(value for path, value in frames.items() if path[-1] == "parse")
    assert f"Found: {in_bytes(found)}, {100 * found / whole:.1f} %" in page.text("#flame .hint")
    assert page.texts(".frame.match") == ["parse"]
