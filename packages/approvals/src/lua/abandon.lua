-- opened | challenged → expired, before its time
--
-- KEYS[1]  psc:approval:{<id>}; also the name of its channel
-- ARGV[1]  now
-- ARGV[2]  what was due at this time or before is forgotten
-- Times in milliseconds. The key's time to live stays as it is.
--
-- { 'ok', record }      expired
-- { 'refused', state }  it was neither opened nor challenged, but in this state
-- { 'unknown' }         no such approval

local state = state_at(KEYS[1], tonumber(ARGV[1]), tonumber(ARGV[2]))
if not state then return { 'unknown' } end
if state ~= 'opened' and state ~= 'challenged' then return { 'refused', state } end
redis.call('HSET', KEYS[1], 'state', 'expired')
redis.call('PUBLISH', KEYS[1], '')
return done(KEYS[1])
