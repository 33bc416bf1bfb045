/** What professionals reported as not being them. */
export interface FraudReports {
  /** One per approval: reporting again changes nothing. */
  add(report: FraudReport): Promise<void>;

  find(approvalId: string): Promise<FraudReport | undefined>;
}

export interface FraudReport {
  readonly approvalId: string;
  readonly nationalId: string;
  readonly deviceId: string;
  readonly clientId: string;
  readonly requester: { readonly ip: string; readonly userAgent: string };
  readonly reportedAt: number;
}
