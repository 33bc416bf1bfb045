-- Notes a session among those of its professional. Of too many, those that end first are forgotten.
-- KEYS[1]  the sessions of one professional: by the digest of their name, '<end> <noted at> <sealed name>'
-- ARGV[1]  the digest of the session's name
-- ARGV[2]  its name, sealed
-- ARGV[3]  when it ends at the latest, in seconds
-- ARGV[4]  now, in seconds
-- ARGV[5]  how many are noted at most
redis.call('HSET', KEYS[1], ARGV[1], ARGV[3] .. ' ' .. ARGV[4] .. ' ' .. ARGV[2])
local over = redis.call('HLEN', KEYS[1]) - tonumber(ARGV[5])
if over > 0 then
  local noted = redis.call('HGETALL', KEYS[1])
  local ends = {}
  for i = 1, #noted, 2 do
    if noted[i] ~= ARGV[1] then
      ends[#ends + 1] = { noted[i], tonumber(string.match(noted[i + 1], '^%d+') or '0') }
    end
  end
  table.sort(ends, function(one, other) return one[2] < other[2] end)
  for i = 1, math.min(over, #ends) do redis.call('HDEL', KEYS[1], ends[i][1]) end
end
local lasts = math.max(redis.call('TTL', KEYS[1]), tonumber(ARGV[3]) - tonumber(ARGV[4]), 1)
redis.call('EXPIRE', KEYS[1], lasts)
return 1
