# Настройка группы: список, который отмечается сам.

membership-setup =
    Здравствуйте! Давайте возьмём эту группу под защиту. Список отмечается сам:
    { $lines }
membership-setup-supergroup = ▫️ сделайте группу супергруппой, иначе Telegram никого не даёт заглушить: настройки группы → История чата для новых участников → Видна
membership-setup-delete = ✅ я могу удалять здесь сообщения
membership-setup-restrict = ✅ я могу ограничивать здесь участников
membership-setup-admin = ✅ я администратор { $channel }
membership-setup-channel = ▫️ назовите канал: /protect @канал. Если он закрытый, сделайте меня его администратором, перешлите сюда любой его пост и ответьте на него командой /protect
membership-setup-agree = ▫️ администратор { $channel } согласен: кнопка под моим вопросом ниже
membership-setup-button-group = 🔑 Дать мне права здесь
membership-setup-button-channel = 📣 Сделать меня администратором канала
membership-setup-button-again = 🔄 Проверить ещё раз
membership-setup-toast-more = Пока готово не всё.
membership-setup-toast-done = Всё готово. Спасибо!
