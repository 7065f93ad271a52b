package dev.baton.tools;

import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;

/** Loopback addresses on which nobody else's sidecar listens. */
final class Loopback {
    private Loopback() {}

    /** An address 127.0.n.m with all ports of a pod free. */
    static String free(int last) throws IOException {
        int start = (int) (ProcessHandle.current().pid() % 200);
        for (int i = 0; i < 200; i++) {
            String address = "127.0." + (30 + (start + i) % 200) + "." + last;
            if (isFree(address)) {
                return address;
            }
        }
        throw new BindException("no loopback address has the ports of a pod free");
    }

    private static boolean isFree(String address) throws IOException {
        for (int port : new int[] {
            SidecarProcess.MAIN, 8013, SidecarProcess.ADMIN, SidecarProcess.STAT, 9091, SidecarProcess.USER
        }) {
            try (ServerSocket probe = new ServerSocket()) {
                probe.setReuseAddress(true);
                probe.bind(new InetSocketAddress(address, port));
            } catch (BindException e) {
                return false;
            }
        }
        return true;
    }
}
