-- (nothing) → opened
--
-- KEYS[1]  psc:approval:{<id>}; also the name of its channel
-- ARGV[1]  now
-- ARGV[2]  what was due at this time or before is forgotten
-- ARGV[3]  when it expires
-- ARGV[4]  time to live of the key
-- ARGV[5]  request, sealed
-- Times and durations in milliseconds.
--
-- { 'ok', record }      opened
-- { 'refused', state }  one of this id is remembered, in this state

local state = state_at(KEYS[1], tonumber(ARGV[1]), tonumber(ARGV[2]))
if state then return { 'refused', state } end
redis.call('DEL', KEYS[1])
redis.call('HSET', KEYS[1], 'state', 'opened', 'expiresAt', ARGV[3], 'request', ARGV[5])
redis.call('PEXPIRE', KEYS[1], ARGV[4])
redis.call('PUBLISH', KEYS[1], '')
return done(KEYS[1])
