-- Redeems what is used once. Answers 1 to the one who redeems it, 0 when it was redeemed before, -1 when it is gone.
-- KEYS[1]  the record
-- ARGV[1]  now, in seconds
-- EXISTS first: HSETNX alone would create a record that was revoked meanwhile, let the caller through, and never expire.
if redis.call('EXISTS', KEYS[1]) == 0 then return -1 end
return redis.call('HSETNX', KEYS[1], 'consumedAt', ARGV[1])
