-- The replicates in SQL tuned by hand: deals are added up by owner, payee and month first, so that few rows are drawn.
-- Needs the variables `records` (folder of Parquet files, with `choices`) and `results` (folder to write).

-- phase: credits
CREATE TEMP TABLE added AS
SELECT owner, payee, past, sum(credited) AS credited FROM (
    SELECT owner, owner AS payee, month(close_date) AS past, (amount * owner_share)::DECIMAL(18, 8) AS credited
    FROM read_parquet(getvariable('records') || '/deals.parquet') WHERE stage = 'Won'
    UNION ALL
    SELECT owner, second, month(close_date), (amount * (1 - owner_share))::DECIMAL(18, 8)
    FROM read_parquet(getvariable('records') || '/deals.parquet') WHERE stage = 'Won' AND second IS NOT NULL
) GROUP BY ALL;

CREATE TEMP TABLE sold AS
SELECT c.replicate, (c.asked + 2) // 3 AS quarter, a.payee, sum(a.credited) AS credited
FROM read_parquet(getvariable('records') || '/choices.parquet') c JOIN added a ON a.owner = c.payee AND a.past = c.past
GROUP BY ALL;

-- phase: payouts
CREATE TEMP TABLE quota AS
SELECT q.person AS payee, q.quarter[-1:]::INTEGER AS quarter, 0.2 * q.quota AS quota, p.team, p.target_incentive
FROM read_parquet(getvariable('records') || '/quotas.parquet') q
JOIN read_parquet(getvariable('records') || '/people.parquet') p ON p.person = q.person;

CREATE TEMP TABLE individual AS
SELECT r.replicate, q.payee, q.quarter, round(0.75 * 0.25 * q.target_incentive * (
    0.5 * least(coalesce(s.credited, 0), 0.5 * q.quota)
    + 1.0 * greatest(0, least(coalesce(s.credited, 0), q.quota) - 0.5 * q.quota)
    + 1.5 * greatest(0, least(coalesce(s.credited, 0), 1.5 * q.quota) - q.quota)
    + 2.0 * greatest(0, coalesce(s.credited, 0) - 1.5 * q.quota)) / q.quota, 2)::DECIMAL(18, 2) AS amount
FROM quota q CROSS JOIN (SELECT DISTINCT replicate FROM read_parquet(getvariable('records') || '/choices.parquet')) r
LEFT JOIN sold s ON s.replicate = r.replicate AND s.payee = q.payee AND s.quarter = q.quarter;

CREATE TEMP TABLE team AS
SELECT t.replicate, q.payee, q.quarter, round(0.25 * 0.25 * q.target_incentive * CASE
    WHEN t.credited < 0.8 * 0.2 * tq.quota THEN 0 WHEN t.credited < 0.2 * tq.quota THEN 0.8
    WHEN t.credited < 1.2 * 0.2 * tq.quota THEN 1 ELSE 1.25 END, 2)::DECIMAL(18, 2) AS amount
FROM (SELECT replicate, quarter, team, sum(credited) AS credited FROM sold JOIN quota USING (payee, quarter) GROUP BY ALL) t
JOIN quota q ON q.team = t.team AND q.quarter = t.quarter
JOIN read_parquet(getvariable('records') || '/team_quotas.parquet') tq ON tq.team = t.team AND tq.quarter[-1:]::INTEGER = t.quarter;

CREATE TEMP TABLE pay AS
SELECT replicate, payee, sum(amount) AS amount FROM (FROM individual UNION ALL FROM team) GROUP BY ALL;

-- phase: forecast
COPY (SELECT replicate, sum(amount) AS cost FROM pay GROUP BY replicate ORDER BY replicate)
TO (getvariable('results') || '/costs.parquet') (FORMAT parquet);

COPY (
    SELECT p.payee, quantile_disc(p.amount, [0.1, 0.5, 0.9]) AS pay, any_value(c.chance) AS chance
    FROM pay p JOIN (
        SELECT payee, count(*) FILTER (credited >= quota) / count(*) AS chance
        FROM (SELECT q.payee, r.replicate, sum(q.quota) AS quota FROM quota q CROSS JOIN (SELECT DISTINCT replicate FROM pay) r GROUP BY ALL)
        LEFT JOIN (SELECT payee, replicate, sum(credited) AS credited FROM sold GROUP BY ALL) USING (payee, replicate) GROUP BY payee
    ) c USING (payee) GROUP BY p.payee ORDER BY p.payee
) TO (getvariable('results') || '/payees.parquet') (FORMAT parquet);
