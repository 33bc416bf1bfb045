-- Ends a session, and remembers it for as long as a request that had read it may still save it.
-- KEYS[1]  the session
-- ARGV[1]  how long it is remembered as ended, in seconds
redis.call('DEL', KEYS[1])
redis.call('HSET', KEYS[1], 'ended', '1')
redis.call('EXPIRE', KEYS[1], ARGV[1])
return 1
