-- Saves a session. Requests of one browser save it at once: what each learnt of an application is a field of its own and
-- stays; the payload is that of the latest login. Answers 1, or 0 when the session has ended: it does not come back.
-- KEYS[1]  the session
-- ARGV[1]  its rotation: how many logins it saw
-- ARGV[2]  its sealed payload
-- ARGV[3]  its idle time, in seconds
-- ARGV[4]  now, in seconds
-- ARGV[5…] pairs: a field named after an application, its sealed value
if redis.call('HEXISTS', KEYS[1], 'ended') == 1 then return 0 end
local known = tonumber(redis.call('HGET', KEYS[1], 'rotation') or '0')
if tonumber(ARGV[1]) >= known then
  redis.call('HSET', KEYS[1], 'payload', ARGV[2], 'rotation', ARGV[1])
end
redis.call('HSET', KEYS[1], 'seenAt', ARGV[4])
for i = 5, #ARGV, 2 do
  redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 1])
end
redis.call('EXPIRE', KEYS[1], ARGV[3])
return 1
