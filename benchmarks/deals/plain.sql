-- The benchmark's plan in obvious SQL: what it pays, without a thought for speed. `by_hand.sql` is the same, tuned, and must give the same rows.
-- Needs the variables `records` (folder of Parquet files) and `results` (folder to write). A phase begins at each line "-- phase: ...".

-- phase: credits
-- A won deal is credited to its owner by the owner's share, and the rest to the second, where there is one.
CREATE TEMP TABLE credit AS
WITH won AS (
    SELECT * FROM read_parquet(getvariable('records') || '/deals.parquet') WHERE stage = 'Won'
), shared AS (
    SELECT deal, owner AS payee, close_date, owner_share AS share, amount, kind FROM won
    UNION ALL
    SELECT deal, second, close_date, (1 - owner_share)::DECIMAL(18, 6), amount, kind FROM won WHERE second IS NOT NULL
)
SELECT deal, payee, close_date, month(close_date) AS month, share, (amount * share)::DECIMAL(18, 8) AS credited, amount, kind, team, target_incentive
FROM shared
JOIN read_parquet(getvariable('records') || '/people.parquet') ON person = payee
WHERE role = 'rep';

COPY (SELECT deal, payee, close_date, share, credited FROM credit) TO (getvariable('results') || '/credits.parquet') (FORMAT parquet);

-- phase: lines
-- Each credit earns 4 % of what it adds to the year's total below 1,000,000, then 6 %, from 2,500,000 on 8 %, from 5,000,000 on 10 %;
-- a credit of a new deal of 50,000 or more earns its share of 250 besides.
CREATE TEMP MACRO pay_for(total) AS round(
    0.04 * least(total, 1000000)
    + 0.06 * greatest(0, least(total, 2500000) - 1000000)
    + 0.08 * greatest(0, least(total, 5000000) - 2500000)
    + 0.10 * greatest(0, total - 5000000), 2);

CREATE TEMP TABLE line AS
SELECT 'individual' AS component, payee, deal, close_date, month, (pay_for(to_date) - pay_for(to_date - credited))::DECIMAL(18, 2) AS earned
FROM (SELECT *, sum(credited) OVER (PARTITION BY payee ORDER BY close_date, deal ROWS UNBOUNDED PRECEDING) AS to_date FROM credit)
UNION ALL
SELECT 'bonus', payee, deal, close_date, month, round(250 * share, 2)::DECIMAL(18, 2) FROM credit WHERE kind = 'new' AND amount >= 50000;

COPY (SELECT * EXCLUDE (month) FROM line) TO (getvariable('results') || '/lines.parquet') (FORMAT parquet);

-- phase: payouts
-- At the end of a quarter a quarter of the quarter's target is paid, times the step that the team's attainment reached.
CREATE TEMP TABLE team_pay AS
SELECT person AS payee, 3 * quarter[-1:]::INTEGER AS month, 'team' AS component,
       round(target_incentive * 0.25 * 0.25 * CASE WHEN credited < 0.80 * quota THEN 0
                                                   WHEN credited < 1.00 * quota THEN 0.80
                                                   WHEN credited < 1.20 * quota THEN 1.00
                                                   ELSE 1.25 END, 2)::DECIMAL(18, 2) AS amount
FROM (
    SELECT quota.team, quota.quarter, quota.quota, coalesce(sum(credit.credited), 0) AS credited
    FROM read_parquet(getvariable('records') || '/team_quotas.parquet') AS quota
    LEFT JOIN credit ON credit.team = quota.team AND quarter(credit.close_date) = quota.quarter[-1:]::INTEGER
    GROUP BY ALL
)
JOIN read_parquet(getvariable('records') || '/people.parquet') USING (team)
WHERE role = 'rep';

CREATE TEMP TABLE earned AS
SELECT payee, month, component, sum(earned)::DECIMAL(18, 2) AS amount FROM line GROUP BY ALL
UNION ALL
FROM team_pay;

-- A year's components together pay at most four times the yearly target: each month what the year allows so far, less what earlier months took.
CREATE TEMP TABLE cap AS
SELECT payee, month, 'cap' AS component, (least(to_date, most) - least(to_date - earned, most) - earned)::DECIMAL(18, 2) AS amount
FROM (
    SELECT payee, month, earned, sum(earned) OVER (PARTITION BY payee ORDER BY month ROWS UNBOUNDED PRECEDING) AS to_date, 4 * target_incentive AS most
    FROM (SELECT payee, month, sum(amount) AS earned FROM earned GROUP BY ALL)
    JOIN read_parquet(getvariable('records') || '/people.parquet') ON person = payee
);

COPY (
    SELECT payee, format('2027-{:02d}', month) AS month, component, amount
    FROM (FROM earned UNION ALL FROM cap WHERE amount <> 0)
) TO (getvariable('results') || '/payouts.parquet') (FORMAT parquet);
