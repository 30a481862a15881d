package io.postern.lab.disk;

import io.postern.lab.agent.ChangedClasses;
import io.postern.lab.agent.CodeChange;
import java.io.FileDescriptor;
import java.io.IOException;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.CodeElement;
import java.lang.classfile.CodeTransform;
import java.lang.classfile.MethodModel;
import java.lang.classfile.TypeKind;
import java.lang.classfile.instruction.ReturnInstruction;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.lang.instrument.Instrumentation;
import java.lang.instrument.UnmodifiableClassException;
import java.nio.MappedByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * A Java agent that lets {@link DiskNotes} hear of each flush, in the JDK's own classes: no flush
 * of any library is missed. Arguments: the folder for the notes and the folder that is watched,
 * with a comma between. Its classes are the boot loader's, since the JDK calls them.
 */
public final class DiskAgent {
  private static final ClassDesc NOTES = ClassDesc.of("io.postern.lab.disk.DiskNotes");
  private static final ClassDesc MAPPED = ClassDesc.of("java.nio.MappedByteBuffer");
  private static final ClassDesc DESCRIPTOR = ClassDesc.of("java.io.FileDescriptor");
  private static final ClassDesc CHANNEL = ClassDesc.of("sun.nio.ch.FileChannelImpl");
  private static final MethodTypeDesc VALUE = MethodTypeDesc.of(ConstantDescs.CD_int, DESCRIPTOR);

  private DiskAgent() {}

  /** Where the JDK is changed. */
  private enum Place {
    CHANNEL_FLUSH("sun/nio/ch/FileChannelImpl", "implForce", "(Z)V"),
    DESCRIPTOR_FLUSH("java/io/FileDescriptor", "sync", "()V"),
    MAPPED_FLUSH("java/nio/MappedByteBuffer", "force", "(II)Ljava/nio/MappedByteBuffer;"),
    MAP(
        "sun/nio/ch/FileChannelImpl",
        "map",
        "(Ljava/nio/channels/FileChannel$MapMode;JJ)Ljava/nio/MappedByteBuffer;");

    private final String owner;
    private final String method;
    private final String type;

    Place(String owner, String method, String type) {
      this.owner = owner;
      this.method = method;
      this.type = type;
    }

    private boolean is(MethodModel model) {
      return model.methodName().equalsString(method) && model.methodType().equalsString(type);
    }
  }

  /** Called by the JVM. */
  public static void premain(String arguments, Instrumentation instrumentation)
      throws IOException, UnmodifiableClassException, ClassNotFoundException {
    String[] folders = arguments.split(",", -1);
    DiskNotes.open(Path.of(folders[0]), Path.of(folders[1]));
    instrumentation.addTransformer(
        new ChangedClasses(
            Arrays.stream(Place.values())
                .map(
                    place ->
                        new CodeChange(
                            place.owner, place.method, place::is, () -> new Change(place)))
                .toList()),
        true);
    instrumentation.retransformClasses(
        Class.forName(Place.CHANNEL_FLUSH.owner.replace('/', '.')),
        FileDescriptor.class,
        MappedByteBuffer.class);
  }

  /** The call before the first instruction and the one before each return. */
  private static final class Change implements CodeTransform {
    private final Place place;
    private int line;

    private Change(Place place) {
      this.place = place;
    }

    @Override
    public void atStart(CodeBuilder code) {
      switch (place) {
        case CHANNEL_FLUSH -> {
          channelDescriptor(code);
          begins(code, "begins", ConstantDescs.CD_int);
        }
        case DESCRIPTOR_FLUSH -> {
          code.aload(0).getfield(DESCRIPTOR, "fd", ConstantDescs.CD_int);
          begins(code, "begins", ConstantDescs.CD_int);
        }
        case MAPPED_FLUSH -> {
          code.aload(0);
          begins(code, "beginsMapped", MAPPED);
        }
        case MAP -> {}
      }
    }

    private void begins(CodeBuilder code, String method, ClassDesc of) {
      line = code.allocateLocal(TypeKind.REFERENCE);
      code.invokestatic(NOTES, method, MethodTypeDesc.of(ConstantDescs.CD_String, of)).astore(line);
    }

    private static void channelDescriptor(CodeBuilder code) {
      code.aload(0)
          .getfield(CHANNEL, "fd", DESCRIPTOR)
          .invokestatic(ClassDesc.of("sun.nio.ch.IOUtil"), "fdVal", VALUE);
    }

    @Override
    public void accept(CodeBuilder code, CodeElement element) {
      if (element instanceof ReturnInstruction) {
        if (place == Place.MAP) {
          code.dup();
          channelDescriptor(code);
          code.invokestatic(
              NOTES,
              "mapped",
              MethodTypeDesc.of(ConstantDescs.CD_void, MAPPED, ConstantDescs.CD_int));
        } else {
          code.aload(line)
              .invokestatic(
                  NOTES,
                  "ended",
                  MethodTypeDesc.of(ConstantDescs.CD_void, ConstantDescs.CD_String));
        }
      }
      code.with(element);
    }
  }
}
