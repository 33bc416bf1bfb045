-- challenged → approved | denied | reported
--
-- KEYS[1]  psc:approval:{<id>}; also the name of its channel
-- ARGV[1]  now
-- ARGV[2]  what was due at this time or before is forgotten
-- ARGV[3]  approved, denied or reported
-- ARGV[4]  decision, sealed
-- Times in milliseconds. The key's time to live stays as it is.
--
-- { 'ok', record }      decided
-- { 'refused', state }  it was not challenged, but in this state
-- { 'unknown' }         no such approval

local state = state_at(KEYS[1], tonumber(ARGV[1]), tonumber(ARGV[2]))
if not state then return { 'unknown' } end
if state ~= 'challenged' then return { 'refused', state } end
redis.call('HSET', KEYS[1], 'state', ARGV[3], 'decision', ARGV[4])
redis.call('PUBLISH', KEYS[1], '')
return done(KEYS[1])
