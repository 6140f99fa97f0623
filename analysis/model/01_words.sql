-- How sentences say numbers and times.
CREATE OR REPLACE MACRO counted(n, one, many) AS CAST(n AS BIGINT) || ' ' || CASE WHEN n = 1 THEN one ELSE many END;
CREATE OR REPLACE MACRO to_the_minute(t) AS strftime(t, '%Y-%m-%d %H:%M') || ' UTC';

-- Of two events of a user within a time of each other, the later lies in the same slot of that length as the earlier,
-- or in the next. Joined by slots, an event meets only those near it, not every one of its user's.
CREATE OR REPLACE MACRO time_slot(t, seconds) AS
    epoch_us(t) // (epoch_us(to_seconds(greatest(seconds, 0))) + 1);
