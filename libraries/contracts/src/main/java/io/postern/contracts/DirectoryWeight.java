package io.postern.contracts;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import io.postern.contracts.v1.AnchorSet;
import io.postern.contracts.v1.DirectoryObject;
import java.util.Collection;
import java.util.Map;

/**
 * How much heap an object of the directory needs in a service that reads it: itself and its part of
 * the indexes. An estimate above what was measured (docs/operations/sizing.md), so that a directory
 * that may be written can be read. Pure.
 */
public final class DirectoryWeight {
  private static final int OBJECT = 800;
  private static final int VALUE = 110; // of a list: string, reference, entry of an index
  private static final int BYTE = 3;

  private DirectoryWeight() {}

  /** In bytes. */
  public static long of(DirectoryObject object) {
    AnchorSet set = object.getAnchorSet();
    long certificates = bytes(set.getCertificatesList());
    return OBJECT
        + certificates
        + BYTE * (object.getSerializedSize() - certificates)
        + VALUE * values(object);
  }

  /** All that an anchor set's certificates have, in bytes. */
  private static long bytes(Collection<ByteString> all) {
    return all.stream().mapToLong(ByteString::size).sum();
  }

  private static long values(Message message) {
    long values = 0;
    for (Map.Entry<FieldDescriptor, Object> field : message.getAllFields().entrySet()) {
      if (field.getValue() instanceof Collection<?> list) {
        values += list.size();
        for (Object each : list) {
          values += each instanceof Message inner ? values(inner) : 0;
        }
      } else if (field.getValue() instanceof Message inner) {
        values += values(inner);
      }
    }
    return values;
  }
}
