-- Saves what is used once. Saving again keeps that it was used.
-- KEYS[1]  the record
-- ARGV[1]  its sealed payload
-- ARGV[2]  its lifetime, in seconds
redis.call('HSET', KEYS[1], 'payload', ARGV[1])
redis.call('EXPIRE', KEYS[1], ARGV[2])
return 1
