export {
  type Answer,
  createDevice,
  type Device,
  type DeviceOutcome,
  type DeviceRefused,
  type DeviceSettings,
  type Registration,
} from './device.ts';
export { type DeviceKeys, generateDeviceKeys } from './keys.ts';
