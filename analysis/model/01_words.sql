-- How sentences say numbers and times.
CREATE OR REPLACE MACRO counted(n, one, many) AS CAST(n AS BIGINT) || ' ' || CASE WHEN n = 1 THEN one ELSE many END;
CREATE OR REPLACE MACRO to_the_minute(t) AS strftime(t, '%Y-%m-%d %H:%M') || ' UTC';
