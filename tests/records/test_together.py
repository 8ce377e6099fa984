"""What rows must satisfy together: keys, references, sums; and what goes with a rejected row."""

from __future__ import annotations

from tests.records.conftest import Company


def test_both_rows_of_a_key_are_named(company: Company) -> None:
    company.deals("number", "1", "2")
    company.write({"deals.csv": "deal,x\nD1,1\nD2,2\nD1,3\nD1,4\n,5\n"})
    loaded = company.load()
    assert [(line, value, code) for line, _, value, code in company.rejects()] == [
        (2, "D1", "duplicate-key"),
        (4, "D1", "duplicate-key"),
        (5, "D1", "duplicate-key"),
        (6, None, "missing-value"),
    ]
    assert company.reasons()[:3] == ["is also in deals.csv line 4", "is also in deals.csv line 2", "is also in deals.csv line 2"]
    assert company.rows("deals")[0][0] == "D2"
    assert "deals.csv lines 2, 4, 5" in loaded.diagnostics[0].message


def test_a_key_of_two_columns(company: Company) -> None:
    company.project("""
        quotas:
          source: quotas.csv
          key: [person, quarter]
          columns: {person: people, quarter: quarter, quota: money}""")
    company.write({"quotas.csv": "person,quarter,quota\nAnna,2027-Q1,1\nAnna,2027-Q2,2\nAnna,2027-q1,3\nBen,2027-Q1,4\n"})
    company.load()
    assert company.rejects() == [
        (2, "person, quarter", "Anna, 2027-Q1", "duplicate-key"),
        (4, "person, quarter", "Anna, 2027-Q1", "duplicate-key"),
    ]


def test_a_reference_to_nobody_asks_who_was_meant(company: Company) -> None:
    loaded = company.deals("people", "Anna", "anna", "Carl")
    assert [(line, value) for line, _, value, _ in company.rejects()] == [(3, "anna"), (4, "Carl")]
    (problem,) = loaded.diagnostics
    assert problem.hint == 'Did you mean “Anna”? Correct it at the source, or map it at the column: `values: {"anna": "Anna"}`.'
    assert [r.message for r in problem.related] == ["“Carl” is no person in people"]


SHARES = """
deals:
  source: deals.csv
  key: deal
  columns: {deal: text, amount: money}
shares:
  source: shares.csv
  columns: {deal: deals, payee: people, share: ratio}
  add_up:
    - {column: share, to: 100%, for_each: deal}
"""
DEALS = "deal,amount\nD1,1\nD2,2\nD3,3\n"


def test_shares_add_up(company: Company) -> None:
    company.project(SHARES)
    company.write({"deals.csv": DEALS, "shares.csv": "deal,payee,share\nD1,Anna,60%\nD1,Ben,0.4\nD2,Anna,60%\nD2,Ben,30%\nD3,Ben,100%\n"})
    loaded = company.load()
    assert company.rejects() == [
        (3, "deal", "D2", "part-rejected"),
        (4, "share", "60%", "does-not-add-up"),
        (5, "share", "30%", "does-not-add-up"),
    ]
    assert company.reasons()[1] == "is part of 90% in all for D2, which should be 100%"
    assert [d for d, *_ in company.rows("shares")] == ["D1", "D1", "D3"]
    assert loaded.kinds["deals"].rejected == 1, "a deal would mean something else without its shares"


def test_shares_at_most(company: Company) -> None:
    company.project(SHARES.replace("to: 100%", "at_most: 100%"))
    company.write({"deals.csv": DEALS, "shares.csv": "deal,payee,share\nD1,Anna,60%\nD2,Anna,60%\nD2,Ben,50%\nD3,Ben,oops\nD3,Anna,40%\n"})
    company.load()
    assert [(line, code) for line, _, _, code in company.rejects()] == [
        (3, "part-rejected"),
        (4, "part-rejected"),
        (3, "does-not-add-up"),
        (4, "does-not-add-up"),
        (5, "bad-ratio"),
        (6, "refers-to-rejected"),
    ]
    assert company.reasons()[2] == "is part of 110% in all for D2, which should be at most 100%"


def test_a_group_goes_with_its_bad_row(company: Company) -> None:
    company.project(SHARES)
    company.write({"deals.csv": DEALS, "shares.csv": "deal,payee,share\nD1,Anna,60%\nD1,Ben,forty\nD2,Nobody,50%\nD2,Ben,50%\nD3,Ben,1\n"})
    loaded = company.load()
    assert [(line, code) for line, _, _, code in company.rejects()] == [
        (2, "part-rejected"),
        (3, "part-rejected"),
        (2, "incomplete-group"),
        (3, "bad-ratio"),
        (4, "unknown-reference"),
        (5, "incomplete-group"),
    ]
    assert company.rows("shares")[0][0] == "D3"
    assert [d.code for d in loaded.diagnostics] == ["bad-ratio", "unknown-reference", "part-rejected", "incomplete-group"]


def test_what_refers_to_a_rejected_row_goes_with_it_to_the_end(company: Company) -> None:
    company.project("""
        people:
          source: people.csv
          key: person
          columns: {person: text, manager: {type: people, optional: true}, hired: date}
        deals: {source: deals.csv, key: deal, columns: {deal: text, owner: people}}
        payments: {source: payments.csv, columns: {deal: deals}}""")
    company.write(
        {
            "people.csv": "person,manager,hired\nEve,,soon\nDan,Eve,2027-01-01\nCleo,Dan,2027-01-01\nBen,,2027-01-01\n",
            "deals.csv": "deal,owner\nD1,Cleo\nD2,Ben\n",
            "payments.csv": "deal\nD1\nD2\n",
        }
    )
    loaded = company.load()
    found = company.connection.execute("SELECT kind, value, code FROM records.rejects").fetchall()
    assert found == [
        ("people", "soon", "bad-date"),
        ("people", "Eve", "refers-to-rejected"),
        ("people", "Dan", "refers-to-rejected"),
        ("deals", "Cleo", "refers-to-rejected"),
        ("payments", "D1", "refers-to-rejected"),
    ]
    assert {k: (c.read, c.rejected) for k, c in loaded.kinds.items()} == {"people": (4, 3), "deals": (2, 1), "payments": (2, 1)}
    assert loaded.diagnostics[0].code == "bad-date"


def test_managers_who_manage_each_other_end(company: Company) -> None:
    company.project("""
        people:
          source: people.csv
          key: person
          columns: {person: text, manager: people, hired: date}""")
    company.write({"people.csv": "person,manager,hired\nA,B,2027-01-01\nB,A,2027-01-01\nC,C,soon\n"})
    assert company.load().rejected == 1
    assert len(company.rows("people")) == 2


def test_several_faults_of_a_row_are_all_told_and_the_row_counted_once(company: Company) -> None:
    company.project("deals: {source: deals.csv, key: deal, columns: {deal: text, a: number, b: date, owner: people}}")
    company.write({"deals.csv": "deal,a,b,owner\nD1,x,y,Z\nD1,1,2027-01-01,Anna\n"})
    loaded = company.load()
    assert [(line, column, code) for line, column, _, code in company.rejects()] == [
        (2, "deal", "duplicate-key"),
        (2, "a", "bad-number"),
        (2, "b", "bad-date"),
        (2, "owner", "unknown-reference"),
        (3, "deal", "duplicate-key"),
    ]
    assert loaded.kinds["deals"].rejected == 2
