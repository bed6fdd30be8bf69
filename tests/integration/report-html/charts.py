# SPDX-License-Identifier: MIT
"""Claims about the picture of live memory over time, the handover matrix and the histograms."""

import re

from expected import in_bytes, in_time, peak_moment, series_of, shown, stackable

# Where the picture begins and ends within its width (timeline-chart.js).
LEFT, RIGHT = 76, 14


def _length(report):
    return report["window"]["end_ns"] - report["window"]["begin_ns"]


def _width(page):
    return float(page.find("svg.timeline").get_attribute("width")) - LEFT - RIGHT


def _top_of(page, index):
    """Of each area, x and y of its upper edge at a moment."""
    paths = page.run("return [...document.querySelectorAll('.area')].map((path) => path.getAttribute('d'))")
    points = [re.findall(r"(-?[\d.]+(?:e-?\d+)?),(-?[\d.]+(?:e-?\d+)?)", path) for path in paths]
    return [tuple(map(float, path[index])) for path in points]


def _y_of(page):
    """Bytes as y, by the labels of the axis."""
    ticks = page.run("return [...document.querySelectorAll('.grid .tick')].map((tick) =>"
                     "[tick.textContent, Number(tick.getAttribute('transform').match(/,([\\d.]+)/)[1])])")
    units = {"B": 1, "KiB": 2**10, "MiB": 2**20, "GiB": 2**30}
    points = [(float(text.split()[0]) * units[text.split()[1]], y) for text, y in ticks]
    (zero, y0), (most, y1) = points[0], points[-1]
    return lambda value: y0 + (value - zero) * (y1 - y0) / (most - zero)


def each_series_has_its_share_of_the_stack(page):
    """By every breakdown: as many areas as there should be, at the peak as high as the JSON says."""
    peak = peak_moment(page.report)
    for index, breakdown in stackable(page.report):
        page.choose("Stacked by", index)
        series = series_of(page.report, breakdown)
        y, height = _y_of(page), 0
        assert len(page.find_all(".area")) == len(series), breakdown["by"]
        for (name, values, _), (_, top) in zip(series, _top_of(page, peak)):
            height += values[peak]
            assert abs(top - y(height)) < 0.6, (breakdown["by"], name, top, y(height))


def the_peak_is_marked_where_it_was(page):
    """By its time, its bytes and its words."""
    total, begin = page.report["total"], page.report["window"]["begin_ns"]
    at = total["peak_time_ns"] - begin
    circle = page.find(".peak circle")
    x = LEFT + _width(page) * at / _length(page.report)
    assert abs(float(circle.get_attribute("cx")) - x) < 0.5, (circle.get_attribute("cx"), x)
    assert abs(float(circle.get_attribute("cy")) - _y_of(page)(total["peak_live_bytes"])) < 0.6
    assert page.text(".peak text") == f"peak {in_bytes(total['peak_live_bytes'])} at +{in_time(at)}"
    # It is the top of the stack, too.
    assert abs(_top_of(page, peak_moment(page.report))[-1][1] - float(circle.get_attribute("cy"))) < 0.6


def the_legend_says_who_made_up_the_peak(page):
    """The rows' own numbers sum to the peak."""
    for index, breakdown in stackable(page.report):
        page.choose("Stacked by", index)
        expected = [row["bytes_at_total_peak"] if row else values[peak_moment(page.report)]
                    for _, values, row in series_of(page.report, breakdown)]
        assert list(map(int, page.values(".legend td[data-value]"))) == expected, breakdown["by"]
        assert sum(expected) == page.report["total"]["peak_live_bytes"]
        assert page.text(".legend tfoot td") == in_bytes(sum(expected))


def the_cursor_shows_what_was_held_then(page):
    """With the pointer, and with the keyboard."""
    peak = peak_moment(page.report)
    moments = page.report["timeline"]["moments"]
    page.keys(".chart-frame", "\ue008\ue012", "\ue008\ue012")  # shift and arrow left, twice
    series = series_of(page.report, page.report["breakdowns"][0])
    assert list(map(int, page.values(".legend td[data-value]"))) == [values[peak - 2] for _, values, _ in series]
    offset = moments[peak - 2][0] - page.report["window"]["begin_ns"]
    assert page.texts(".legend thead th")[1] == f"At +{in_time(offset)}"
    target, width = 100, _width(page)
    x = LEFT + width * (moments[target][0] - page.report["window"]["begin_ns"]) / _length(page.report)
    page.run("const svg = document.querySelector('svg.timeline'); const box = svg.getBoundingClientRect();"
             "svg.dispatchEvent(new PointerEvent('pointermove', { clientX: box.left + arguments[0], clientY: box.top + 90 }))", x)
    assert list(map(int, page.values(".legend td[data-value]"))) == [values[target] for _, values, _ in series]
    assert page.find(".cursor").get_attribute("visibility") == "visible"


def _range(page):
    return page.text("#time .range")


def a_part_can_be_dragged_to_zoom(page):
    """The pointer marks from one fifth to two fifths; a double click shows all again."""
    from selenium.webdriver.common.action_chains import ActionChains

    whole, before = _range(page), _top_of(page, 100)
    surface, width = page.find(".chart-frame .brush .overlay"), _width(page)
    page.run("arguments[0].scrollIntoView({block: 'center'})", surface)
    ActionChains(page.driver).move_to_element_with_offset(surface, round(-0.3 * width), 0).click_and_hold() \
        .move_by_offset(round(0.1 * width), 0).move_by_offset(round(0.1 * width), 0).release().perform()
    match = re.fullmatch(r"\+([\d.]+) s to \+([\d.]+) s", _range(page))
    assert match, _range(page)
    length = _length(page.report) / 1e9
    for found, part in zip(match.groups(), (0.2, 0.4)):
        assert abs(float(found) / length - part) < 0.01, (_range(page), length)
    assert _top_of(page, 100) != before
    selection = page.boxes(".strip .selection")[0]
    assert abs(selection[2] / width - 0.2) < 0.01, "the strip does not show the part"
    ActionChains(page.driver).move_to_element(surface).double_click().perform()
    assert _range(page) == whole and _top_of(page, 100) == before


def keys_zoom_and_move(page):
    """+ halves, arrows move by an eighth, p shows the peak, 0 shows all."""
    whole, length = _range(page), _length(page.report)
    page.keys(".chart-frame", "+")
    assert _range(page) == f"+{in_time(round(length / 4))} to +{in_time(round(length * 3 / 4))}", _range(page)
    page.keys(".chart-frame", "\ue014")  # arrow right
    assert _range(page) == f"+{in_time(round(length * 5 / 16))} to +{in_time(round(length * 13 / 16))}", _range(page)
    page.keys(".chart-frame", "p")
    at = page.report["total"]["peak_time_ns"] - page.report["window"]["begin_ns"]
    assert _range(page) == f"+{in_time(round(at - length / 16))} to +{in_time(round(at + length / 16))}", _range(page)
    assert abs(float(page.find(".peak circle").get_attribute("cx")) - LEFT - _width(page) / 2) < 0.5
    page.keys(".chart-frame", "0")
    assert _range(page) == whole


def a_series_alone_has_its_own_peak(page):
    """A click on its name leaves it alone; another one brings all back."""
    row = page.report["breakdowns"][0]["rows"][1]
    page.click('.legend [data-key="row-1"] button')
    begin = page.report["window"]["begin_ns"]
    assert len(page.find_all(".area")) == 1
    assert page.text(".peak text") == f"peak {in_bytes(row['peak_live_bytes'])} at +{in_time(row['peak_time_ns'] - begin)}"
    assert page.find('.legend [data-key="row-1"] button').get_attribute("aria-pressed") == "true"
    page.click('.legend [data-key="row-1"] button')
    assert len(page.find_all(".area")) == 12


def the_matrix_has_each_handover(page):
    """Row by allocating group, column by the group that was active."""
    report = page.report
    cells = page.run("return [...document.querySelectorAll('.matrix tbody tr')].flatMap((row) =>"
                     "[...row.querySelectorAll('td')].map((cell, i) => [row.querySelector('th').textContent,"
                     "document.querySelectorAll('.matrix thead th')[i].textContent, cell.dataset.value, cell.dataset.count])"
                     ".filter(([, , value]) => value !== undefined))")
    expected = [[shown(report["groups"][pair["source"]]["text"]),
                 "(none)" if pair["current"] is None else shown(report["groups"][pair["current"]]["text"]),
                 str(pair["bytes"]), str(pair["count"])] for pair in report["handover"]]
    assert sorted(cells) == sorted(expected), (cells, expected)


def what_the_matrix_folds_is_in_others(page):
    """Report: 400"""
    cells = page.values(".matrix td.heat")
    assert page.texts(".matrix tbody th")[-1] == "others" and len(page.texts(".matrix tbody th")) == 13
    assert sum(map(int, cells)) == sum(pair["bytes"] for pair in page.report["handover"])


def histograms_are_those_of_the_total(page):
    """By blocks and by bytes; heights are proportional."""
    for member, choice in [("count", "count"), ("bytes", "bytes")]:
        page.click(f'#sizes [data-value="{choice}"]')
        for kind in ("sizes", "lifetimes"):
            buckets = page.report["total"][kind]
            found = page.run("return [...document.querySelectorAll(`[data-kind=${arguments[0]}] li`)].map((e) =>"
                             "[Number(e.dataset.from), Number(e.dataset.value), e.querySelector('.bar').offsetHeight,"
                             "e.querySelector('.track').clientHeight]).filter(([, value]) => value > 0)", kind)
            assert [bar[:2] for bar in found] == [[b["from"], b[member]] for b in buckets], (kind, member)
            most = max(b[member] for b in buckets)
            for _, value, height, track in found:
                assert abs(height - max(0.015, value / most) * track) <= 1, (kind, value, height, track)
