-- Read before every script: what state an approval is in at a given time.
--
-- Nil when there is none to speak of: no such key, one whose time to be read is over, or something that is not a record
-- of ours, since whoever can write to Redis may put anything there. So no transition ever creates a key.
--
-- Numbers are compared here and never computed: Lua would write a time in milliseconds as 1.7e+12.
local function state_at(key, now, forgotten)
  if redis.call('TYPE', key).ok ~= 'hash' then return nil end
  local fields = redis.call('HMGET', key, 'state', 'expiresAt')
  local state, expires_at = fields[1], tonumber(fields[2])
  if not state or not expires_at or expires_at <= forgotten then return nil end
  if expires_at <= now and (state == 'opened' or state == 'challenged') then return 'expired' end
  return state
end

-- The reply of a transition that took place; the record is { field, value, field, value, … }.
local function done(key)
  return { 'ok', redis.call('HGETALL', key) }
end
