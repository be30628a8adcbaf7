"""What the application on the phone says, in the language of the page."""

from __future__ import annotations

from django.utils.translation import gettext as _


def words() -> dict[str, str]:
    return {
        "pass": _("合格"),
        "fail": _("不合格"),
        "na": _("不适用"),
        "photo": _("照片"),
        "remark": _("说明"),
        "open a hazard": _("不合格时登记为隐患"),
        "inspect": _("检查"),
        "no rounds": _("没有待检查的任务，或者还没有联网取过。"),
        "todo": _("待检查"),
        "done": _("已检查"),
        "skipped": _("未检查"),
        "waiting": _("等待发送"),
        "conflict": _("别人先改了，请选一个"),
        "refused": _("没有收下"),
        "mine": _("您填写的"),
        "theirs": _("现在保存的"),
        "use mine": _("用我的覆盖"),
        "drop mine": _("放弃我的"),
        "again": _("再发一次"),
        "remove": _("删除"),
        "really remove": _("删除后找不回来。确定删除这一条？"),
        "kept": _("已存在手机里，有网络时自动发送。"),
        "not a photo": _("有一个文件不是照片，请重新选择。"),
        "position": _("已取到位置"),
        "no position": _("没有取到位置，不影响登记。"),
        "sent": _("已联网，都发出去了"),
        "sending": _("正在发送"),
        "left": _("已联网，有记录要您处理，请看“待发送”"),
        "offline": _("没有网络，先存在手机里"),
        "signed-out": _("需要登录后才能发送"),
        "other person": _("这台手机上还有别人没有发出的记录。请让那个人登录发送后再用。"),
        "unsent": _("还有没发出的记录，退出后会被删除。仍要退出吗？条数："),
        "insecure": _("地址要用 https 打开，才能离线使用。"),
    }
