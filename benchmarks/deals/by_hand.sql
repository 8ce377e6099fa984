-- The benchmark's plan as an expert writes it for DuckDB, tuned. `plain.sql` says the same in obvious SQL, and both must give the same rows.
-- Needs the variables `records` (folder of Parquet files) and `results` (folder to write). A phase begins at each line "-- phase: ...".
--
-- What it does to be fast, all of it exact:
--   1. Decimals stay within 18 digits, where DuckDB counts in 64 bits: `(x)::DECIMAL(18, 8)` after a sum or difference that it would
--      type wider. Rounding or rescaling a wider one divides in 128 bits, thirty times slower.
--   2. One running total over everyone, in the order of payee, date, deal; what stood before a payee's first credit is taken off again.
--      A window with PARTITION BY takes nearly twice as long.
--   3. The payee's number and the day are packed into one INTEGER, so that with the deal's text a sort key fits 16 bytes.
--   4. Lines telescope: each is the pay for the total so far less the pay for the total before. So the pay of a month follows from monthly
--      totals alone, and lines are never read again.
--   5. Credits are read back from the file that was written, with no table in between; nothing is written in any special order.
--   6. DICTIONARY_SIZE_LIMIT keeps Parquet from trying a dictionary on the deals' keys; that of 5,000 payees still fits.

-- phase: payees
CREATE TEMP TABLE payee AS
SELECT person, (row_number() OVER (ORDER BY person))::BIGINT AS number, team, target_incentive
FROM read_parquet(getvariable('records') || '/people.parquet')
WHERE role = 'rep';

-- Pay for a total of the year so far, to the cent: 4 % from 0, 6 % from 1,000,000, 8 % from 2,500,000, 10 % from 5,000,000.
CREATE TEMP MACRO pay_for(total) AS round((CASE
    WHEN total < 1000000::DECIMAL(18, 8) THEN total * 0.04
    WHEN total < 2500000::DECIMAL(18, 8) THEN (total - 1000000::DECIMAL(18, 8)) * 0.06 + 40000::DECIMAL(18, 10)
    WHEN total < 5000000::DECIMAL(18, 8) THEN (total - 2500000::DECIMAL(18, 8)) * 0.08 + 130000::DECIMAL(18, 10)
    ELSE (total - 5000000::DECIMAL(18, 8)) * 0.10 + 330000::DECIMAL(18, 10)
END)::DECIMAL(18, 10), 2);

-- phase: credits
COPY (
    SELECT credit.deal, credit.payee, credit.close_date, credit.share, credit.credited
    FROM (
        SELECT deal, owner AS payee, close_date, owner_share AS share, amount * owner_share AS credited
        FROM read_parquet(getvariable('records') || '/deals.parquet')
        WHERE stage = 'Won'
        UNION ALL
        SELECT deal, second, close_date, (1 - owner_share)::DECIMAL(18, 6), amount * (1 - owner_share)::DECIMAL(18, 6)
        FROM read_parquet(getvariable('records') || '/deals.parquet')
        WHERE stage = 'Won' AND second IS NOT NULL
    ) AS credit
    SEMI JOIN payee ON payee.person = credit.payee
) TO (getvariable('results') || '/credits.parquet') (FORMAT parquet, PARQUET_VERSION v2, COMPRESSION uncompressed, DICTIONARY_SIZE_LIMIT 8000);

-- phase: totals
CREATE TEMP TABLE credit AS
SELECT ((payee.number << 9) | (credit.close_date - DATE '2027-01-01'))::INTEGER AS place, credit.deal, credit.credited
FROM read_parquet(getvariable('results') || '/credits.parquet') AS credit
JOIN payee ON payee.person = credit.payee;

CREATE TEMP TABLE month_total AS
SELECT (place >> 9)::BIGINT AS number, month(DATE '2027-01-01' + (place & 511)) AS month, sum(credited) AS credited
FROM credit
GROUP BY ALL;

CREATE TEMP TABLE before_payee AS
SELECT number, person, sum(credited) OVER (ORDER BY number) - credited AS credited
FROM (SELECT number, sum(credited) AS credited FROM month_total GROUP BY number)
JOIN payee USING (number);

-- phase: bonuses
CREATE TEMP TABLE bonus AS
WITH large AS MATERIALIZED (
    SELECT deal, owner, second, close_date, owner_share
    FROM read_parquet(getvariable('records') || '/deals.parquet')
    WHERE stage = 'Won' AND kind = 'new' AND amount >= 50000
)
SELECT payee.number, payee.person AS payee, credit.deal, credit.close_date, round(250 * credit.share, 2)::DECIMAL(18, 2) AS earned
FROM (
    SELECT deal, owner AS payee, close_date, owner_share AS share FROM large
    UNION ALL
    SELECT deal, second, close_date, (1 - owner_share)::DECIMAL(18, 6) FROM large WHERE second IS NOT NULL
) AS credit
JOIN payee ON payee.person = credit.payee;

-- phase: lines
COPY (
    SELECT 'individual' AS component, person AS payee, deal, DATE '2027-01-01' + (place & 511) AS close_date,
           (pay_for(to_date) - pay_for((to_date - credited)::DECIMAL(18, 8)))::DECIMAL(18, 2) AS earned
    FROM (
        SELECT before_payee.person, running.deal, running.place, running.credited,
               (running.total - before_payee.credited)::DECIMAL(18, 8) AS to_date
        FROM (
            SELECT *, sum(credited) OVER (ORDER BY place, deal ROWS UNBOUNDED PRECEDING) AS total FROM credit
        ) AS running
        JOIN before_payee ON before_payee.number = (running.place >> 9)::BIGINT
    )
    UNION ALL
    SELECT 'bonus', payee, deal, close_date, earned FROM bonus
) TO (getvariable('results') || '/lines.parquet') (FORMAT parquet, PARQUET_VERSION v2, COMPRESSION uncompressed, DICTIONARY_SIZE_LIMIT 8000);

-- phase: payouts
COPY (
    WITH individual AS (
        SELECT number, month, pay_for(to_date) - pay_for((to_date - credited)::DECIMAL(18, 8)) AS amount
        FROM (
            SELECT number, month, credited,
                   (sum(credited) OVER (PARTITION BY number ORDER BY month ROWS UNBOUNDED PRECEDING))::DECIMAL(18, 8) AS to_date
            FROM month_total
        )
    ), team_total AS (
        SELECT team, (month + 2) // 3 AS quarter, sum(credited) AS credited
        FROM month_total
        JOIN payee USING (number)
        GROUP BY ALL
    ), team_step AS (
        SELECT quota.team, quota.quarter[-1:]::BIGINT AS quarter,
               CASE WHEN coalesce(total.credited, 0) < 0.80 * quota.quota THEN 0
                    WHEN total.credited < quota.quota THEN 0.80
                    WHEN total.credited < 1.20 * quota.quota THEN 1
                    ELSE 1.25 END AS step
        FROM read_parquet(getvariable('records') || '/team_quotas.parquet') AS quota
        LEFT JOIN team_total AS total ON total.team = quota.team AND total.quarter = quota.quarter[-1:]::BIGINT
    ), earned AS (
        SELECT number, month, 'individual' AS component, amount::DECIMAL(18, 2) AS amount FROM individual
        UNION ALL
        SELECT number, month(close_date), 'bonus', sum(earned)::DECIMAL(18, 2) FROM bonus GROUP BY ALL
        UNION ALL
        -- A quarter of a quarter of the yearly target: 0.25 x 0.25.
        SELECT number, quarter * 3, 'team', round(target_incentive * 0.0625 * step, 2)::DECIMAL(18, 2)
        FROM team_step
        JOIN payee USING (team)
    ), capped AS (
        SELECT number, month, earned, least(to_date, yearly_cap) - least(to_date - earned, yearly_cap) AS payable
        FROM (
            SELECT number, month, sum(amount) AS earned,
                   sum(sum(amount)) OVER (PARTITION BY number ORDER BY month ROWS UNBOUNDED PRECEDING) AS to_date,
                   4 * any_value(target_incentive) AS yearly_cap
            FROM earned
            JOIN payee USING (number)
            GROUP BY number, month
        )
    ), payout AS (
        SELECT * FROM earned
        UNION ALL
        SELECT number, month, 'cap', (payable - earned)::DECIMAL(18, 2) FROM capped WHERE payable <> earned
    )
    SELECT person AS payee, format('2027-{:02d}', month) AS month, component, amount
    FROM payout
    JOIN payee USING (number)
) TO (getvariable('results') || '/payouts.parquet') (FORMAT parquet, PARQUET_VERSION v2, COMPRESSION uncompressed, DICTIONARY_SIZE_LIMIT 8000);
