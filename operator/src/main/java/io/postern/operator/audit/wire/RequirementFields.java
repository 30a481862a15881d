package io.postern.operator.audit.wire;

import io.postern.contracts.v1.TlsRequirement;
import java.io.IOException;

/** What a TlsRequirement demands of a session; numbers as on the wire. One thread. */
public final class RequirementFields {
  public boolean present;
  public int level;
  public int minimumVersion;
  public boolean forwardSecrecy;
  public int revocation;
  public int requireTls;

  void clear() {
    present = false;
    level = 0;
    minimumVersion = 0;
    forwardSecrecy = false;
    revocation = 0;
    requireTls = 0;
  }

  void read(Reading in, int entered) throws IOException {
    present = true;
    for (int tag = in.tag(); tag != 0; tag = in.tag()) {
      switch (Reading.field(tag)) {
        case TlsRequirement.LEVEL_FIELD_NUMBER -> level = (int) in.number(tag);
        case TlsRequirement.MINIMUM_VERSION_FIELD_NUMBER -> minimumVersion = (int) in.number(tag);
        case TlsRequirement.FORWARD_SECRECY_FIELD_NUMBER -> forwardSecrecy = in.flag(tag);
        case TlsRequirement.REVOCATION_FIELD_NUMBER -> revocation = (int) in.number(tag);
        case TlsRequirement.REQUIRE_TLS_FIELD_NUMBER -> requireTls = (int) in.number(tag);
        default -> in.skip(tag);
      }
    }
    in.leave(entered);
  }

  /** All of it in one number, to be compared with that of the delivery; 0: none was there. */
  public int packed() {
    return !present
        ? 0
        : 1
            | (level & 0xff) << 1
            | (minimumVersion & 0xff) << 9
            | (forwardSecrecy ? 1 << 17 : 0)
            | (revocation & 0xf) << 18
            | (requireTls & 0xf) << 22;
  }
}
