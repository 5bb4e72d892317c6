-- SPDX-License-Identifier: MIT
-- A day of measurements in a database in memory: the same output at every run.

CREATE TABLE sensor (id INTEGER PRIMARY KEY, name TEXT NOT NULL, unit TEXT NOT NULL);
CREATE TABLE reading (sensor INTEGER NOT NULL REFERENCES sensor, minute INTEGER NOT NULL, value REAL NOT NULL);

INSERT INTO sensor VALUES (1, 'pump_1', 'bar'), (2, 'pump_2', 'bar'), (3, 'tank', 'mm'), (4, 'outlet', 'C');

-- 4 sensors x 1,440 minutes
WITH RECURSIVE minutes(minute) AS (SELECT 0 UNION ALL SELECT minute + 1 FROM minutes WHERE minute < 1439)
INSERT INTO reading
SELECT sensor.id, minute, sensor.id * 100 + (minute * 7919 + sensor.id * 104729) % 1000 / 10.0
FROM minutes CROSS JOIN sensor;

CREATE INDEX reading_by_sensor ON reading (sensor, minute);
CREATE INDEX reading_by_value ON reading (value);

.headers on
.mode column

SELECT name, unit, count(*) AS readings, min(value) AS lowest, max(value) AS highest,
       round(avg(value), 2) AS mean
FROM reading JOIN sensor ON sensor.id = reading.sensor
GROUP BY sensor.id ORDER BY sensor.id;

-- The largest step from one minute to the next.
SELECT name, later.minute, round(later.value - earlier.value, 1) AS step
FROM reading AS later
JOIN reading AS earlier ON earlier.sensor = later.sensor AND earlier.minute = later.minute - 1
JOIN sensor ON sensor.id = later.sensor
ORDER BY abs(later.value - earlier.value) DESC, sensor.id, later.minute LIMIT 3;

SELECT name, minute / 360 AS quarter, round(sum(value)) AS total
FROM reading JOIN sensor ON sensor.id = reading.sensor
WHERE unit = 'bar' GROUP BY name, quarter ORDER BY name, quarter;

DELETE FROM reading WHERE value < 150;
SELECT count(*) AS "left" FROM reading;
