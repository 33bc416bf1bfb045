-- The session's idle time begins again, unless it is over.
-- KEYS[1]  the session
-- ARGV[1]  its idle time, in seconds
-- ARGV[2]  now, in seconds
if redis.call('HEXISTS', KEYS[1], 'payload') == 0 then return 0 end
redis.call('HSET', KEYS[1], 'seenAt', ARGV[2])
return redis.call('EXPIRE', KEYS[1], ARGV[1])
