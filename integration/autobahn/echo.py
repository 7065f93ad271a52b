"""The user's program of the WebSocket suite: Autobahn's echo server.

It listens where the sidecar looks for it and takes itself for the sidecar's port, which is what clients name in Host.
Python 2.7, as the suite.
"""

import sys

from autobahntestsuite.echo import EchoServerFactory
from twisted.internet import reactor

factory = EchoServerFactory(sys.argv[2])
# By default it drops the connection at a client's fault, and with it the echoes under way, which nine to ten cases then call
# not strict, with a proxy before it and without.
factory.setProtocolOptions(failByDrop=False)
reactor.listenTCP(int(sys.argv[1]), factory, interface="127.0.0.1")
reactor.run()
