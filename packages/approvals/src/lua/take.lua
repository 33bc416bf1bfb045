-- approved → taken
--
-- KEYS[1]  psc:approval:{<id>}; also the name of its channel
-- ARGV[1]  now
-- ARGV[2]  what was due at this time or before is forgotten
-- Times in milliseconds. The key's time to live stays as it is. The proof goes to the taker, and is kept no longer.
--
-- { 'ok', record }      taken; the record is the approved one, with its proof
-- { 'refused', state }  it was not approved, but in this state
-- { 'unknown' }         no such approval

local state = state_at(KEYS[1], tonumber(ARGV[1]), tonumber(ARGV[2]))
if not state then return { 'unknown' } end
if state ~= 'approved' then return { 'refused', state } end
local approved = done(KEYS[1])
redis.call('HSET', KEYS[1], 'state', 'taken')
redis.call('HDEL', KEYS[1], 'decision')
redis.call('PUBLISH', KEYS[1], '')
return approved
