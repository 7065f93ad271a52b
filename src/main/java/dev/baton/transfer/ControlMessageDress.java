package dev.baton.transfer;

import dev.baton.http.Answers;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.util.ReferenceCountUtil;

/**
 * First handler of the main port that knows of references: gives a control message its original User-Agent back, so that everything behind
 * takes it for the ordinary request that it stands for, and says yes to other sidecars that ask whether references are taken here.
 */
public final class ControlMessageDress extends ChannelInboundHandlerAdapter {
    private boolean answered;

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (message instanceof HttpRequest request) {
            answered = ControlMessage.isOffer(request);
            if (answered) {
                FullHttpResponse yes = Answers.empty(HttpResponseStatus.NO_CONTENT);
                yes.headers().set(BatonHeaders.ACCEPT, BatonHeaders.REFERENCE_1);
                ctx.writeAndFlush(yes, ctx.voidPromise());
            } else if (ControlMessage.is(request)) {
                ControlMessage.undress(request.headers());
            }
        }
        if (answered) {
            ReferenceCountUtil.release(message);
        } else {
            ctx.fireChannelRead(message);
        }
    }
}
