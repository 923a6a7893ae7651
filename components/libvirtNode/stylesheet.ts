/** What the libvirt provider cannot say itself, as XSLT 1.0 over the domain XML that it makes. */
export interface StylesheetArgs {
  /** Serial that the guest sees on its second disk, the data disk; at most 20 characters. */
  readonly dataSerial: string;
  /** Host caching `unsafe`: fast, and loses data when the hypervisor dies. */
  readonly unsafeCache: boolean;
  /** Processor model for mode `custom`. */
  readonly cpuModel?: string;
  /** File on the hypervisor that takes the serial console; without it a pty, for `virsh console`. */
  readonly consoleFile?: string;
}

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&apos;",
  "{": "{{",
  "}": "}}",
};

/** Text for an attribute of a literal result element: braces would be taken for XPath there. */
const attribute = (text: string): string => text.replace(/[&<>"'{}]/g, (c) => entities[c] as string);

/** Copies everything, then adds serial, caching, watchdog, console and clock; graphics go, as nobody looks. */
export function domainStylesheet({ dataSerial, unsafeCache, cpuModel, consoleFile }: StylesheetArgs): string {
  const serialPort =
    consoleFile === undefined
      ? `<serial type="pty"><target port="0"/></serial>`
      : `<serial type="file"><source path="${attribute(consoleFile)}" append="on"/><target port="0"/></serial>`;
  const cpu =
    cpuModel === undefined
      ? ""
      : `
  <xsl:template match="/domain/cpu">
    <xsl:copy><xsl:apply-templates select="@*"/><model><xsl:text>${cpuModel.replace(/[&<>]/g, (c) => entities[c] as string)}</xsl:text></model></xsl:copy>
  </xsl:template>`;
  return `<?xml version="1.0"?>
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform">
  <xsl:output omit-xml-declaration="yes" indent="yes"/>
  <xsl:template match="@*|node()">
    <xsl:copy><xsl:apply-templates select="@*|node()"/></xsl:copy>
  </xsl:template>
  <xsl:template match="/domain">
    <xsl:copy>
      <xsl:apply-templates select="@*|node()"/>
      <clock offset="utc"><timer name="hpet" present="no"/></clock>
    </xsl:copy>
  </xsl:template>
  <xsl:template match="/domain/devices">
    <xsl:copy>
      <xsl:apply-templates select="@*|node()"/>
      ${serialPort}
      <watchdog model="i6300esb" action="reset"/>
    </xsl:copy>
  </xsl:template>
  <xsl:template match="/domain/devices/graphics|/domain/devices/video"/>
  <xsl:template match="/domain/devices/disk/driver">
    <xsl:copy>
      <xsl:apply-templates select="@*"/>
      ${unsafeCache ? `<xsl:attribute name="cache">unsafe</xsl:attribute>` : ""}
      <xsl:if test="count(../preceding-sibling::disk) = 2"><xsl:attribute name="type">raw</xsl:attribute></xsl:if>
    </xsl:copy>
  </xsl:template>
  <xsl:template match="/domain/devices/disk[2]">
    <xsl:copy>
      <xsl:apply-templates select="@*|node()"/>
      <serial><xsl:text>${dataSerial.replace(/[&<>]/g, (c) => entities[c] as string)}</xsl:text></serial>
    </xsl:copy>
  </xsl:template>
  <xsl:template match="/domain/devices/disk[3]">
    <xsl:copy><xsl:apply-templates select="@*|node()"/><readonly/></xsl:copy>
  </xsl:template>${cpu}
</xsl:stylesheet>
`;
}

/** libvirt's own DNS server, which the provider cannot turn off, would listen on the LAN for nothing. */
export const networkStylesheet = `<?xml version="1.0"?>
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform">
  <xsl:output omit-xml-declaration="yes" indent="yes"/>
  <xsl:template match="@*|node()">
    <xsl:copy><xsl:apply-templates select="@*|node()"/></xsl:copy>
  </xsl:template>
  <xsl:template match="/network/dns"/>
  <xsl:template match="/network">
    <xsl:copy><xsl:apply-templates select="@*|node()"/><dns enable="no"/></xsl:copy>
  </xsl:template>
</xsl:stylesheet>
`;
