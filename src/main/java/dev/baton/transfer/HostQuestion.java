package dev.baton.transfer;

import dev.baton.wire.BodyPipe;
import dev.baton.wire.WireConnection;
import dev.baton.wire.WireExchange;
import dev.baton.wire.WireFailure;
import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.HttpResponse;
import java.util.concurrent.CompletableFuture;

/** Asks a host that nobody knows yet whether the sidecars behind it take references. Never reaches a function: so it may be asked twice. */
final class HostQuestion implements WireExchange.Answer {
    private final Target target;
    private final EventLoop loop;
    private final InvokeTools tools;
    private final CompletableFuture<Hosts.Verdict> told;
    private boolean again = true;

    HostQuestion(Target target, EventLoop loop, InvokeTools tools, CompletableFuture<Hosts.Verdict> told) {
        this.target = target;
        this.loop = loop;
        this.tools = tools;
        this.told = told;
    }

    void send() {
        tools.ingress().send(loop, target, new WireExchange(ControlMessage.offer(target), null, false, this));
    }

    @Override
    public boolean wanted() {
        return true;
    }

    @Override
    public void started(WireConnection connection) {}

    @Override
    public void responded(HttpResponse head, BodyPipe body) {
        body.subscribe(ByteBuf::release, broken -> {});
        boolean takes = head.status().code() == 204 && BatonHeaders.acceptsReferences(head.headers());
        Hosts.Verdict verdict = takes ? Hosts.Verdict.TAKES : Hosts.Verdict.REFUSES;
        // What the way there has to say (no pod yet, overloaded) is no word of the host's.
        if (head.status().code() < 500) {
            tools.hosts().learn(target.key(), verdict);
        }
        told.complete(verdict);
    }

    @Override
    public void failed(WireFailure failure) {
        if (failure.kind() == WireFailure.Kind.STALE && again) {
            again = false;
            send();
        } else {
            told.complete(Hosts.Verdict.REFUSES);
        }
    }
}
