-- opened → challenged
--
-- KEYS[1]  psc:approval:{<id>}; also the name of its channel
-- ARGV[1]  now
-- ARGV[2]  what was due at this time or before is forgotten
-- ARGV[3]  when it expires, from now on
-- ARGV[4]  time to live of the key, from now on
-- ARGV[5]  challenge, sealed
-- Times and durations in milliseconds.
--
-- { 'ok', record }      challenged
-- { 'refused', state }  it was not opened, but in this state
-- { 'unknown' }         no such approval

local state = state_at(KEYS[1], tonumber(ARGV[1]), tonumber(ARGV[2]))
if not state then return { 'unknown' } end
if state ~= 'opened' then return { 'refused', state } end
redis.call('HSET', KEYS[1], 'state', 'challenged', 'expiresAt', ARGV[3], 'challenge', ARGV[5])
redis.call('PEXPIRE', KEYS[1], ARGV[4])
redis.call('PUBLISH', KEYS[1], '')
return done(KEYS[1])
