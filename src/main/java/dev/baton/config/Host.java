package dev.baton.config;

import java.io.FileInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The files around the process that settings depend on.
 *
 * @param root {@code /}, or a test's folder
 */
record Host(Path root) {
    /** Above it cgroup v1 means "no limit": it writes the highest multiple of a page. */
    private static final long UNLIMITED = 1L << 60;

    private static final int MOST_BYTES = 64 << 10;

    Path path(String absolute) {
        return root.resolve(absolute.startsWith("/") ? absolute.substring(1) : absolute);
    }

    boolean exists(String absolute) {
        return Files.exists(path(absolute));
    }

    /**
     * The memory limit of this process' cgroup in bytes, or -1 for none. Inside a container the cgroup is the root of what is
     * mounted; elsewhere its path is in {@code /proc/self/cgroup}. See cgroups(7).
     */
    long memoryLimit() {
        String v2 = "";
        String v1 = "";
        String cgroups = read("/proc/self/cgroup");
        int from = 0;
        while (cgroups != null && from < cgroups.length()) {
            int end = cgroups.indexOf('\n', from);
            String line = cgroups.substring(from, end < 0 ? cgroups.length() : end);
            from += line.length() + 1;
            int first = line.indexOf(':');
            int second = line.indexOf(':', first + 1);
            if (line.startsWith("0::")) {
                v2 = line.substring(3);
            } else if (second > 0 && ("," + line.substring(first + 1, second) + ",").contains(",memory,")) {
                v1 = line.substring(second + 1);
            }
        }
        long limit = least("/sys/fs/cgroup", v2, "memory.max");
        return limit >= 0 ? limit : least("/sys/fs/cgroup/memory", v1, "memory.limit_in_bytes");
    }

    /** The lowest limit from a cgroup up to the mounted root, since each of them binds. */
    private long least(String mount, String cgroup, String file) {
        long least = Long.MAX_VALUE;
        String path = cgroup;
        while (true) {
            long limit = limit(mount + (path.equals("/") ? "" : path) + "/" + file);
            least = limit >= 0 ? Math.min(least, limit) : least;
            int slash = path.lastIndexOf('/');
            if (slash < 0) {
                return least == Long.MAX_VALUE ? -1 : least;
            }
            path = path.substring(0, slash);
        }
    }

    private long limit(String absolute) {
        String text = read(absolute);
        if (text == null) {
            return -1;
        }
        try {
            long limit = Long.parseLong(text.strip());
            return limit > 0 && limit < UNLIMITED ? limit : -1;
        } catch (NumberFormatException e) {
            // "max"
            return -1;
        }
    }

    private @Nullable String read(String absolute) {
        // Not Files.readString: channels would be loaded for nothing else at the start.
        try (FileInputStream file = new FileInputStream(path(absolute).toFile())) {
            return new String(file.readNBytes(MOST_BYTES), StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            // Absent on this kind of host: the next source answers.
            return null;
        }
    }
}
