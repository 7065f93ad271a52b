package dev.baton.transfer;

/**
 * A glance at what is under way.
 *
 * @param windows transfers that run through this sidecar
 * @param waiting transfers that wait for others to end
 * @param offers bodies that another sidecar may pull, or is pulling
 * @param pulls other sidecars' pulls that are being served; a pod that is about to end waits for them
 * @param pullConnections connections of the pull port
 * @param peers other sidecars pulled from of late
 */
public record TransferFigures(int windows, int waiting, int offers, int pulls, int pullConnections, int peers) {}
