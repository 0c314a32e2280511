"""How gunicorn serves: two processes of four threads, loaded once and shared. The launcher and the container both use it."""
import gc

workers = 2
threads = 4
worker_class = "gthread"
preload_app = True
timeout = 60
graceful_timeout = 20
keepalive = 75
# A slow leak never grows for long; the jitter keeps both processes from going at once.
max_requests = 10_000
max_requests_jitter = 2_000
accesslog = None        # the application writes one line a request, with its id
errorlog = "-"
control_socket_disable = True


def when_ready(server):
    """After loading, before the processes fork: what is loaded is shared for good and never walked by a collection again."""
    gc.collect()
    gc.freeze()
