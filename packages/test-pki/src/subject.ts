import { AttributeTypeAndValue, AttributeValue, Name, RelativeDistinguishedName } from '@peculiar/asn1-x509';

const types = {
  C: '2.5.4.6',
  ST: '2.5.4.8',
  L: '2.5.4.7',
  O: '2.5.4.10',
  OU: '2.5.4.11',
  CN: '2.5.4.3',
  SN: '2.5.4.4',
  GN: '2.5.4.42',
  serialNumber: '2.5.4.5',
  title: '2.5.4.12',
  UID: '0.9.2342.19200300.100.1.1',
  emailAddress: '1.2.840.113549.1.9.1',
} as const;

/**
 * A distinguished name from the country to the person or the machine, as certificates hold it: one object for each part,
 * with several attributes when the part has several.
 */
export type Subject = readonly Readonly<Partial<Record<keyof typeof types, string>>>[];

export function nameOf(subject: Subject): Name {
  return new Name(
    subject.map((part) => {
      const attributes = Object.entries(part).map(
        ([type, value]) =>
          // The keys of `part` are those of `types`.
          new AttributeTypeAndValue({
            type: types[type as keyof typeof types],
            value: attributeValueOf(type, value),
          }),
      );
      return new RelativeDistinguishedName(attributes);
    }),
  );
}

/** RFC 5280 appendix A: a country is a PrintableString, an address an IA5String, the rest better UTF-8. */
function attributeValueOf(type: string, value: string): AttributeValue {
  if (type === 'C' || type === 'serialNumber') return new AttributeValue({ printableString: value });
  if (type === 'emailAddress') return new AttributeValue({ ia5String: value });
  return new AttributeValue({ utf8String: value });
}
