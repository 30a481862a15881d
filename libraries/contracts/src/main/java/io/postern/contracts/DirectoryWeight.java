package io.postern.contracts;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import io.postern.contracts.v1.AnchorSet;
import io.postern.contracts.v1.DirectoryObject;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * How much heap an object of the directory needs in a service that reads it: itself and its part of
 * the indexes. An estimate above what was measured (docs/operations/sizing.md), so that a directory
 * that may be written can be read. Pure.
 */
public final class DirectoryWeight {
  /** Of a removed object's marker: no more than any object has. */
  public static final int MARKER = 800;

  private static final int OBJECT = 800;
  private static final int VALUE = 110; // of a list: string, reference, entry of an index
  private static final int BYTE = 3;

  private static final Map<Descriptor, List<FieldDescriptor>> COUNTED = new ConcurrentHashMap<>();

  private DirectoryWeight() {}

  /** In bytes. */
  public static long of(DirectoryObject object) {
    if (object.getRemoved()) {
      return MARKER;
    }
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

  /** Elements of all lists, those of messages in it included. */
  private static long values(Message message) {
    long values = 0;
    for (FieldDescriptor field :
        COUNTED.computeIfAbsent(message.getDescriptorForType(), DirectoryWeight::counted)) {
      if (!field.isRepeated()) {
        values += message.hasField(field) ? values((Message) message.getField(field)) : 0;
        continue;
      }
      int count = message.getRepeatedFieldCount(field);
      values += count;
      for (int i = 0; i < count && isMessage(field); i++) {
        values += values((Message) message.getRepeatedField(field, i));
      }
    }
    return values;
  }

  /** Lists and messages: all fields of each of 100,000 objects would be looked at for a second. */
  private static List<FieldDescriptor> counted(Descriptor type) {
    return type.getFields().stream()
        .filter(field -> field.isRepeated() || isMessage(field))
        .toList();
  }

  private static boolean isMessage(FieldDescriptor field) {
    return field.getJavaType() == FieldDescriptor.JavaType.MESSAGE;
  }
}
