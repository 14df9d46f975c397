"""Why an act on an account is refused: the one list of reasons, in Chinese and English."""

FAULTS = {
    "username-taken": ("该用户名已存在。", "This user name is taken."),
    "username-unknown": ("没有这个账号。", "There is no such account."),
    "username-shape": (
        "用户名须为 3 至 32 位小写字母、数字、点、横线或下划线，以字母开头。",
        "A user name has 3 to 32 lower-case letters, digits, dots, hyphens or underscores"
        " and starts with a letter.",
    ),
    "name-length": (
        "请填写姓名或称呼，不超过 60 字。",
        "Give a display name of up to 60 characters.",
    ),
    "role-unknown": ("没有这个角色。", "There is no such role."),
    "scope-shape": (
        "机构账号须且只须写明机构，主管部门账号须且只须写明六位代码，其他角色都不写。",
        "An institution account names its institution, a province account its six-digit"
        " authority code, other roles neither.",
    ),
    "scope-unknown": (
        "名录中没有这个机构或主管部门。",
        "There is no such institution or authority on record.",
    ),
    "account-own": (
        "不能停用自己的账号或更改自己的角色，请由另一位审计人员操作。",
        "Nobody disables his own account or changes his own role: ask another auditor.",
    ),
    "last-auditor": (
        "这是最后一个启用的审计账号，请先另设一个再操作。",
        "This is the last auditor account in use: make another one first.",
    ),
    "session-unknown": ("这次登录已经结束。", "That session has ended already."),
    "token-unknown": ("这个令牌已经失效。", "That token has ended already."),
    "token-role": (
        "您的角色不能使用令牌。",
        "Your role has no tokens.",
    ),
    "token-name": (
        "请填写令牌的用途，不超过 60 字，例如“家里的笔记本”。",
        "Say what the token is for, in up to 60 characters, such as “notebook at home”.",
    ),
    "token-scope": (
        "请至少选一个数据库和一种操作。",
        "Choose at least one database and one act.",
    ),
    "token-term": (
        "请从列表中选择有效期。",
        "Choose one of the listed terms.",
    ),
    "token-many": (
        "有效的令牌最多 10 个，请先撤销不用的。",
        "Ten tokens at a time: revoke one that is not used first.",
    ),
    "act-unknown": ("请用页面上的按钮操作。", "Please use the buttons of the page."),
    "totp-on": ("动态口令已经启用。", "The second factor is in force already."),
    "totp-wrong": (
        "动态口令不对，请等手机显示下一个再试，并检查手机时间。",
        "That code is not right: wait for the next one, and check the clock of your telephone.",
    ),
    "totp-required": (
        "您的角色必须使用动态口令，不能关闭；换手机请联系账号管理员。",
        "Your role must have a second factor; the auditor helps when the telephone is new.",
    ),
    "password-wrong": (
        "当前密码不正确，或因连续 5 次输错已暂停 15 分钟。",
        "The current password is wrong, or is paused for 15 minutes after five failures.",
    ),
    "password-twice": ("两次输入的新密码不一致。", "The two new passwords differ."),
    "password-short": ("密码至少 10 个字符。", "A password has at least 10 characters."),
    "password-long": ("密码最多 256 个字符。", "A password has at most 256 characters."),
    "password-username": ("密码不能包含用户名。", "A password must not contain the user name."),
    "password-simple": (
        "密码须包含大写字母、小写字母、数字、其他字符中的至少三类。",
        "A password has three of: upper case, lower case, digits, other characters.",
    ),
    "password-reused": (
        "不能使用最近五次用过的密码。",
        "The last five passwords can't be used again.",
    ),
}


class AccountFault(ValueError):
    """The act is refused; ``code`` says why and :meth:`message` says it to a person."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code

    def message(self, language: str = "zh") -> str:
        """The reason in Chinese (``zh``) or English (``en``)."""
        return FAULTS[self.code][language == "en"]

    def __str__(self) -> str:
        return " ".join(FAULTS[self.code])
