-- The benchmark's second project in obvious SQL: dated people, four levels of managers, three currencies, deals that are cancelled.
-- Needs the variables `records` (folder of Parquet files) and `results` (folder to write). A phase begins at each line "-- phase: ...".

-- phase: credits
-- A won deal is credited to its owner, in dollars at the rate that held on the day it closed.
CREATE TEMP TABLE people AS
SELECT person, role, manager, starts, coalesce(ends, DATE '9999-12-31') AS ends FROM read_parquet(getvariable('records') || '/people.parquet');

CREATE TEMP TABLE rates AS
SELECT currency, day AS first, coalesce(lead(day) OVER (PARTITION BY currency ORDER BY day), DATE '9999-12-31') AS until, rate
FROM read_parquet(getvariable('records') || '/rates.parquet');

CREATE TEMP TABLE sale AS
SELECT deal, owner AS payee, close_date, round(amount * coalesce(rate, 1), 2)::DECIMAL(18, 2) AS credited, cancelled_date
FROM read_parquet(getvariable('records') || '/deals.parquet') AS deals
LEFT JOIN rates ON rates.currency = deals.currency AND close_date >= first AND close_date < until
WHERE stage = 'Won';

-- Whoever is above a person, on each stretch of days on which nobody in between changes.
CREATE TEMP TABLE above AS
WITH RECURSIVE chain AS (
    SELECT person, manager, starts, ends FROM people WHERE manager IS NOT NULL
    UNION ALL
    SELECT chain.person, up.manager, greatest(chain.starts, up.starts), least(chain.ends, up.ends)
    FROM chain JOIN people AS up ON up.person = chain.manager AND up.starts <= chain.ends AND up.ends >= chain.starts
    WHERE up.manager IS NOT NULL
)
FROM chain;

CREATE TEMP TABLE managed AS
SELECT deal, manager AS payee, payee AS via, close_date, credited
FROM sale JOIN above ON person = payee AND close_date BETWEEN starts AND ends;

COPY (
    SELECT deal, payee, NULL AS via, close_date, credited FROM sale
    UNION ALL
    SELECT deal, payee, via, close_date, credited FROM managed
) TO (getvariable('results') || '/credits.parquet') (FORMAT parquet);

-- phase: lines
CREATE TEMP TABLE line AS
SELECT payee, deal, close_date, round(credited * 0.05, 2)::DECIMAL(18, 2) AS earned, cancelled_date
FROM sale JOIN people ON person = payee AND close_date BETWEEN starts AND ends
WHERE role = 'rep';

COPY (SELECT 'own' AS component, payee, deal, close_date, earned FROM line) TO (getvariable('results') || '/lines.parquet') (FORMAT parquet);

-- phase: payouts
-- What is earned in a month; what is taken back in the month of cancelling; what managers have of what was sold below them in the month.
CREATE TEMP TABLE led AS
SELECT payee, month(close_date) AS month, sum(credited) AS led FROM managed GROUP BY ALL;

COPY (
    SELECT payee, format('2027-{:02d}', month) AS month, component, amount FROM (
        SELECT payee, month(close_date) AS month, 'own' AS component, sum(earned)::DECIMAL(18, 2) AS amount FROM line GROUP BY ALL
        UNION ALL
        SELECT payee, month(cancelled_date), 'cancelled', sum(-earned)::DECIMAL(18, 2) FROM line
        WHERE cancelled_date <= close_date + 90 AND cancelled_date < DATE '2028-01-01' GROUP BY ALL
        UNION ALL
        SELECT payee, month, 'override', round(0.005 * least(led, 2000000) + 0.006 * greatest(0, led - 2000000), 2)::DECIMAL(18, 2) FROM led
    ) WHERE amount <> 0
) TO (getvariable('results') || '/payouts.parquet') (FORMAT parquet);
