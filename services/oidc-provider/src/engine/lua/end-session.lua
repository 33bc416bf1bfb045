-- Ends a session, once, and remembers it for as long as a request that had read it may still save it, or a call that is
-- owed for its end may still be made.
-- KEYS[1]  the session
-- ARGV[1]  the name of this ending
-- ARGV[2]  how long it is remembered as ended, in seconds
-- ARGV[3…] the fields of its applications, as the caller read them; '*' for whatever they are
--
-- 1   ended, by this ending
-- 0   it was over already: ended by another, or gone
-- -1  an application logged in since it was read: nothing was done
if redis.call('HEXISTS', KEYS[1], 'ended') == 1 then return 0 end
local known = {}
for i = 3, #ARGV do known[ARGV[i]] = true end
if not known['*'] then
  if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
  for _, field in ipairs(redis.call('HKEYS', KEYS[1])) do
    if string.sub(field, 1, 12) == 'application:' and not known[field] then return -1 end
  end
end
redis.call('DEL', KEYS[1])
redis.call('HSET', KEYS[1], 'ended', ARGV[1])
redis.call('EXPIRE', KEYS[1], ARGV[2])
return 1
