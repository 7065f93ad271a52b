package dev.baton.telemetry;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;

/** Several places for the same lines, or others than standard output. Loaded only where that is asked for. */
final class LogOutputs extends OutputStream {
    private final List<OutputStream> outputs = new ArrayList<>();

    /**
     * @param names {@code stdout}, {@code stderr}, or names of files, which are appended to
     * @throws IOException if one of them cannot be written
     */
    LogOutputs(List<String> names) throws IOException {
        try {
            for (String name : names) {
                outputs.add(open(name));
            }
        } catch (IOException e) {
            close();
            throw e;
        }
    }

    private static OutputStream open(String name) throws IOException {
        return switch (name) {
            case "stdout" -> new FileOutputStream(FileDescriptor.out);
            case "stderr" -> new FileOutputStream(FileDescriptor.err);
            default -> new FileOutputStream(name.startsWith("file://") ? name.substring(7) : name, true);
        };
    }

    @Override
    public void write(int octet) throws IOException {
        write(new byte[] {(byte) octet}, 0, 1);
    }

    @Override
    public void write(byte[] lines, int offset, int length) throws IOException {
        for (OutputStream output : outputs) {
            output.write(lines, offset, length);
        }
    }

    /** Closes files; the process' own outputs are nobody's to close. */
    @Override
    public void close() throws IOException {
        for (OutputStream output : outputs) {
            if (output instanceof FileOutputStream file
                    && file.getFD() != FileDescriptor.out
                    && file.getFD() != FileDescriptor.err) {
                file.close();
            }
        }
    }
}
