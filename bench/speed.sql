-- SPDX-License-Identifier: MIT
-- Work for sqlite3 on a database in memory: inserts, an index, joins, updates, text, deletes.
CREATE TABLE item(id INTEGER PRIMARY KEY, grp INTEGER, name TEXT, amount REAL);
BEGIN;
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 60000)
INSERT INTO item SELECT i, i * 7919 % 997, printf('item %d of %x', i, i * 2654435761), i * 0.5 FROM n;
COMMIT;
CREATE INDEX item_grp ON item(grp, amount);
SELECT count(*), sum(amount), max(name) FROM item WHERE grp BETWEEN 100 AND 400;
SELECT a.grp, count(*), avg(b.amount) FROM item a JOIN item b ON b.grp = a.grp AND b.id < 2000
WHERE a.id < 20000 GROUP BY a.grp ORDER BY 2 DESC LIMIT 5;
SELECT length(group_concat(upper(name), ';')) FROM item WHERE id % 3 = 0;
UPDATE item SET name = replace(name, 'item', 'thing'), amount = amount + 1 WHERE grp % 5 = 0;
SELECT count(DISTINCT substr(name, 1, 9)) FROM item WHERE name LIKE '%a%';
DELETE FROM item WHERE grp % 4 = 1;
SELECT count(*) FROM item;
