# Группа снова под охраной: для тех, кто её настроил.

membership-trouble-over-lookup = ✅ Группа { $group } снова под охраной: я вижу, кто подписан на { $channel }.
membership-trouble-over-rights = ✅ Группа { $group } снова под охраной: мои права вернулись.
membership-trouble-over-link = ✅ В объявлениях группы { $group } снова есть кнопка канала { $channel }.
membership-trouble-over-unheard = ✅ Группа { $group } снова сразу узнаёт, кто подписался на { $channel } и кто отписался.
membership-trouble-over-log = ✅ Я снова могу сообщать о том, что делаю в группе { $group }.
membership-trouble-over-door = ✅ В группе { $group } я снова могу отвечать на заявки на вступление.
