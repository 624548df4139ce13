"""Extension objects that more than one place needs, and nothing else."""

from flask_compress import Compress
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_login import LoginManager
from flask_migrate import Migrate
from flask_wtf import CSRFProtect

compress = Compress()
csrf = CSRFProtect()
limiter = Limiter(get_remote_address, headers_enabled=True)
login = LoginManager()
migrate = Migrate()
